import type { DeclaredQuery, Level } from '@freshet/client'

/** The declared level, policy and screens, for a panel whose key or answer is not the cached query's own. */
export const policyOf = <TLevel extends Level>({ level, staleTime, refetchOnWindowFocus, screens }: DeclaredQuery<any, any, TLevel>) =>
  ({ level, staleTime, refetchOnWindowFocus, screens })
