import type { StudyResult } from '#models/reinforcement/study-result.ts'
import type { DocumentContent, DocumentLanguage, Section, DocumentHead } from './content.ts'
import { makeContext, type Context } from './context.ts'
import { assumptionsSection } from './sections/assumptions.ts'
import { curvesSection } from './sections/curves.ts'
import { limitsSection } from './sections/limits.ts'
import { loadsSection } from './sections/loads.ts'
import { measuresSection } from './sections/measures.ts'
import { optionsSection } from './sections/options.ts'
import { outlookSection } from './sections/outlook.ts'
import { questionSection } from './sections/question.ts'
import { sensitivitySection } from './sections/sensitivity.ts'
import { sourcesSection } from './sections/sources.ts'
import { typeset } from './typeset.ts'

/** In the order in which a council asks: the answer first, what it rests on last. */
const SECTIONS: readonly ((context: Context) => Section | null)[] = [
  questionSection, outlookSection, curvesSection, optionsSection, measuresSection, sensitivitySection, assumptionsSection, loadsSection, limitsSection, sourcesSection,
]

export function studyContent(result: StudyResult, lang: DocumentLanguage, head: DocumentHead): DocumentContent {
  const context = makeContext(result, lang, head)
  const { w, district } = context
  return typeset({
    lang,
    title: head.title ?? w.title(district, result.ask.fromYear, result.ask.toYear),
    subject: w.subject,
    madeAt: result.computedAt,
    state: stateSaid(context),
    strip: stripOf(context),
    pageOf: w.pageOf,
    sections: SECTIONS.flatMap((section) => section(context) ?? []),
  }, lang)
}

/** Signed only with all that a signature needs: by whom, when, and of what. */
export function stateSaid({ head: { signedAt, signedBy, sha256 }, w, n }: Context): string {
  return signedAt !== null && signedBy !== null && sha256 !== null ? w.signed(signedBy, n.date(signedAt)) : w.draft
}

export function stripOf(context: Context): readonly (readonly [string, string])[] {
  const { result, head, w, n, district } = context
  return [
    [w.strip.district, district], [w.strip.version, head.version === null ? w.strip.unversioned : String(head.version)], [w.strip.districtVersion, result.district.version],
    [w.strip.computed, n.date(result.computedAt)], [w.strip.state, stateSaid(context)], ...(head.sha256 === null ? [] : [[w.strip.sha256, head.sha256] as const]),
  ]
}
