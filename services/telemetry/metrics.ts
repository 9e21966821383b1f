import { collectDefaultMetrics, Gauge, register, type CounterConfiguration } from 'prom-client'

/** Metrics of one process as they travel to the supervisor. */
export type MetricsColumns = Awaited<ReturnType<typeof register.getMetricsAsJSON>>

/** Begins to count in this process: memory, processor time, event loop, open files, each under the name of the role. */
export function startMetrics(role: string): void {
  register.setDefaultLabels({ role })
  collectDefaultMetrics({ eventLoopMonitoringPrecision: 20 })
}

export const metricsOfThisProcess = (): Promise<MetricsColumns> => register.getMetricsAsJSON()

export type Labels = Readonly<Record<string, string>>

/**
 * A gauge whose values are looked up when somebody asks, so that nothing is counted for nobody. A label is never a person, a holder or a
 * meter: a series of one delivery point is personal.
 */
export function observed(name: string, help: string, labelNames: readonly string[], look: () => Iterable<readonly [Labels, number]> | Promise<Iterable<readonly [Labels, number]>>): void {
  register.removeSingleMetric(name)
  const gauge: Gauge<string> = new Gauge<string>({
    name, help, labelNames: [...labelNames],
    async collect() {
      gauge.reset()
      for (const [labels, value] of await look()) gauge.set(labels, value)
    },
  } satisfies CounterConfiguration<string>)
}
