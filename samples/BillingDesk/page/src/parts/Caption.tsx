import type { Level } from '@freshet/client'
import type { QueryKey } from '@tanstack/react-query'
import type { Team } from '../api/types.ts'
import { freshet } from '../freshet.ts'

export interface CaptionOf { owner: Team; level: Level; queryKey: QueryKey; isFetching: boolean }

/** Who owns a panel's data, which query it is, its level, and the positions at which its answer is known to be valid. */
export function Caption({ owner, level, queryKey, isFetching }: CaptionOf) {
  const [name, ...args] = queryKey
  const answer = freshet.answerOf(queryKey)
  const state = isFetching ? 'reading' : answer?.outdated ? 'outdated' : 'settled'
  return (
    <p className={`caption caption-${state}`}>
      <span className="owner" data-owner={owner}>{owner}</span>
      <code>{String(name)}({args.flatMap((arg) => (typeof arg === 'object' && arg !== null ? Object.values(arg) : arg)).map(String).filter(Boolean).join(', ')})</code>
      <span className={`level level-${level}`}>{level}</span>
      <span className="positions" title="The positions at which this answer is known to be valid">
        {state === 'reading' ? 'reading' : state === 'outdated' ? 'outdated' : answer?.interval && `@${answer.interval.loadedAt}–${answer.interval.validAt}`}
      </span>
    </p>
  )
}
