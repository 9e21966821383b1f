import { answerSentence, eurosApart } from '../answer.ts'
import { list, paragraph, type Section } from '../content.ts'
import type { Context } from '../context.ts'

export function questionSection(context: Context): Section {
  const { result, w, n, district, lang } = context
  const { study, toYear, depth } = result.ask
  const notice = result.district.notice?.[lang]
  const { normalSolved, outageSolved, lowVoltageSolved, notSettled } = result.states
  return {
    heading: w.question.heading,
    blocks: [
      ...(notice === undefined ? [] : [{ kind: 'notice' as const, text: w.question.illustrative(notice) }]),
      ...(depth === 'quick' ? [{ kind: 'notice' as const, text: w.question.quick }] : []),
      paragraph(w.question.text(district, toYear)),
      { kind: 'answer', text: answerSentence(context) },
      ...list(eurosApart(context)),
      ...(notSettled > 0 ? [{ kind: 'notice' as const, text: w.answer.unsettled(n.count(notSettled)) }] : []),
      paragraph(w.question.how(study.scenarios.length, study.weatherYears.length, n.count(normalSolved + outageSolved + lowVoltageSolved), n.list(study.weatherYears.map(({ name }) => name[lang])))),
    ],
  }
}
