import type { OnProblem } from '../core/index.ts'

/** Inconsistency cost of a cached query. */
export type Level = 'high' | 'medium' | 'low'

/** How the browser treats a cached query. */
export interface Policy {
  /** Milliseconds for which an answer counts as fresh though nobody confirmed it. */
  readonly staleTime: number
  /** Whether a stale answer is read again when the window gets the focus. */
  readonly refetchOnWindowFocus: boolean | 'always'
}

const policy = (staleTime: number, refetchOnWindowFocus: boolean): Policy => ({ staleTime, refetchOnWindowFocus })

/** high: always asked again. medium: 30 s. low: 5 min, and not on focus. A generated query says its own. */
export const policies: Readonly<Record<Level, Policy>> = { high: policy(0, true), medium: policy(30_000, true), low: policy(300_000, false) }

/** What a caller would rather have. Tightening is taken; loosening is refused with a warning. */
export type Wish = { readonly [Knob in keyof Policy]?: Policy[Knob] | undefined }

const looseness = (value: Policy[keyof Policy]): number => (typeof value === 'number' ? value : value ? 0 : 1)

/** A declared policy, tightened by the caller's wish. A wish that would loosen it is a problem, and not taken. */
export function policyFor(name: string, declared: Policy, wish: Wish, onProblem: OnProblem): Policy {
  const tightened = <Knob extends keyof Policy>(knob: Knob): Policy[Knob] => {
    const wished = wish[knob] ?? declared[knob]
    if (looseness(wished) <= looseness(declared[knob])) return wished
    onProblem('policy', `${name}: ${knob} ${wished} is looser than ${declared[knob]}`)
    return declared[knob]
  }
  return { staleTime: tightened('staleTime'), refetchOnWindowFocus: tightened('refetchOnWindowFocus') }
}
