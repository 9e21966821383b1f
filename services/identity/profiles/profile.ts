/** Said to people in both languages. */
export interface BothLanguages {
  readonly fr: string
  readonly en: string
}

export const PROVIDER_IDS = ['standard', 'franceconnect', 'proconnect'] as const
export type ProviderId = (typeof PROVIDER_IDS)[number]
export type SigningAlg = 'ES256' | 'RS256'

/** What one kind of identity provider asks for and answers, where it differs from the others. */
export interface ProviderProfile {
  readonly id: ProviderId
  readonly label: BothLanguages
  /** Whom it is for, beside its button. */
  readonly whom: BothLanguages
  readonly scope: string
  readonly pkce: boolean
  /** Characters of `state` and `nonce`. */
  readonly randomLength: number
  /** Asked for as `acr_values`, and the least that the answer may say; undefined: the provider knows no levels. */
  readonly leastAcr: string | undefined
  /** Of id_token and userinfo; an answer with another one is refused. */
  readonly signingAlg: SigningAlg
  /** Userinfo comes as a signed JWT, and as nothing else. */
  readonly signedUserinfo: boolean
  /** Asks who it is at every sign-in, though the provider may remember. */
  readonly alwaysAsks: boolean
  /** How a sign-in that must be minutes old is asked for. */
  readonly freshBy: 'max-age' | 'auth-time-claim'
  /** Every parameter of the authorization request that the provider takes; undefined: any. */
  readonly parameters: readonly string[] | undefined
  /** The claim `siret` of the verified answer links to the holder with that number. */
  readonly tellsSiret: boolean
  /** What the person is called here. */
  name(claims: Readonly<Record<string, unknown>>): string
}

/** Joins what is there of a name; without any, the last of the provider's own number tells two accounts apart. */
export function nameOf(label: string, claims: Readonly<Record<string, unknown>>, ...parts: readonly string[]): string {
  const said = parts.map((part) => claims[part]).filter((value): value is string => typeof value === 'string' && value.trim() !== '').join(' ').slice(0, 200)
  return said === '' ? `${label} …${String(claims['sub']).slice(-6)}` : said
}
