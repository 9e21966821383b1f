import { franceConnectV2 } from './franceconnect-v2.ts'
import type { ProviderId, ProviderProfile } from './profile.ts'
import { proConnect } from './proconnect.ts'
import { standard } from './standard.ts'

export const PROFILES: Readonly<Record<ProviderId, ProviderProfile>> = { standard, franceconnect: franceConnectV2, proconnect: proConnect }
