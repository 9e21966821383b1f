import type { BothLanguages, ProviderProfile } from './profiles/profile.ts'

export interface LetterFacts {
  readonly district: BothLanguages
  /** Where it goes. */
  readonly place: string
  readonly isHousehold: boolean
  /** Of the page where the code is entered. */
  readonly address: string
  readonly expiresAt: number
  readonly timeZone: string
  readonly providers: readonly Pick<ProviderProfile, 'id' | 'label'>[]
}

interface LetterWords {
  readonly title: string
  readonly paragraphs: readonly string[]
  readonly steps: readonly string[]
  readonly codeLabel: string
}
interface Letter {
  readonly title: string
  readonly paragraphs: string[]
  readonly steps: string[]
  readonly codeLabel: string
}

/** The letter that brings a code to a holder, in both languages: it names the place and no figure, and asks whoever it is not for to destroy it. */
export function letterText(facts: LetterFacts): { fr: Letter; en: Letter } {
  const day = (locale: string) => new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: facts.timeZone }).format(facts.expiresAt)
  const own = (words: LetterWords): Letter => ({ ...words, paragraphs: [...words.paragraphs], steps: [...words.steps] })
  return { fr: own(french(facts, day('fr-FR'))), en: own(english(facts, day('en-GB'))) }
}

/** The provider for residents or for businesses where there is one, else whichever there is. */
function providerName({ providers, isHousehold }: LetterFacts, language: 'fr' | 'en'): string | undefined {
  const wanted = isHousehold ? 'franceconnect' : 'proconnect'
  return (providers.find(({ id }) => id === wanted) ?? providers.find(({ id }) => id === 'standard') ?? providers[0])?.label[language]
}

function french(facts: LetterFacts, day: string): LetterWords {
  const name = providerName(facts, 'fr')
  return {
    title: 'Votre accès à vos données d’énergie',
    paragraphs: [
      `Madame, Monsieur, le service Penfeld du quartier ${facts.district.fr} mesure l’énergie livrée à l’adresse « ${facts.place} ». Ces mesures sont à vous : le code ci-dessous vous permet de les consulter, et de décider qui d’autre peut les voir.`,
      'Ce code ne sert qu’une fois. Gardez-le pour vous : qui l’utilise lit vos consommations. Personne du service ne vous le demandera.',
      'Si vous n’occupez plus ces lieux, détruisez ce courrier : le code est alors sans effet.',
    ],
    steps: [`Ouvrez ${facts.address}`, name === undefined ? 'Identifiez-vous.' : `Identifiez-vous avec ${name}.`, `Saisissez le code avant le ${day}.`],
    codeLabel: 'Votre code :',
  }
}

function english(facts: LetterFacts, day: string): LetterWords {
  const name = providerName(facts, 'en')
  return {
    title: 'Your access to your energy data',
    paragraphs: [
      `Dear Sir or Madam, the Penfeld service of the district ${facts.district.en} measures the energy delivered at “${facts.place}”. These readings are yours: the code below lets you look at them, and decide who else may.`,
      'The code works once. Keep it to yourself: whoever uses it reads what you consume. Nobody of the service will ask you for it.',
      'If you have left this place, destroy this letter: the code then opens nothing.',
    ],
    steps: [`Open ${facts.address}`, name === undefined ? 'Sign in.' : `Sign in with ${name}.`, `Enter the code before ${day}.`],
    codeLabel: 'Your code:',
  }
}
