import { createServer } from 'node:net'

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** As much of a browser as a sign-in needs: cookies by host and path, redirects one by one. */
export function browser() {
  const jar: { origin: string; name: string; value: string; path: string }[] = []
  return {
    cookie: (name: string) => jar.find((one) => one.name === name)?.value,
    async go(url: string, init: RequestInit = {}): Promise<Response> {
      const { origin, pathname } = new URL(url)
      const cookie = jar.filter((one) => one.origin === origin && pathname.startsWith(one.path)).map(({ name, value }) => `${name}=${value}`).join('; ')
      const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...(init.headers as Record<string, string>), cookie } })
      for (const line of response.headers.getSetCookie()) {
        const [pair = '', ...attributes] = line.split('; ')
        const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
        const path = attributes.find((one) => one.toLowerCase().startsWith('path='))?.slice(5) ?? '/'
        const known = jar.findIndex((one) => one.origin === origin && one.name === name && one.path === path)
        if (known >= 0) jar.splice(known, 1)
        if (value !== '' && !/expires=Thu, 01 Jan 1970/i.test(line)) jar.push({ origin, name, value, path })
      }
      return response
    },
    async follow(response: Response, from: string, until: (url: string) => boolean): Promise<string> {
      let [current, url] = [response, from]
      for (let hops = 0; hops < 10; hops += 1) {
        const location = current.headers.get('location')
        if (location === null) return url
        url = new URL(location, url).href
        if (until(url)) return url
        current = await this.go(url)
      }
      throw new Error(`too many redirects, last ${url}`)
    },
  }
}
export type Browser = ReturnType<typeof browser>
