import type { FreshQueryOptions, Level } from '@freshet/client'
import { useQuery, type QueryKey } from '@tanstack/react-query'
import { useId, type ReactNode } from 'react'
import type { Team } from '../api/types.ts'
import { Boundary } from './Boundary.tsx'
import { Caption } from './Caption.tsx'
import { Problem } from './Problem.tsx'

interface PanelProps<TData, TKey extends QueryKey> {
  title: string
  owner: Team
  query: FreshQueryOptions<TData, TKey>
  /** Shown beside the title. */
  aside?: ReactNode
  /** Shown instead of the data while there is nothing to ask for. */
  idle?: ReactNode
  /** Draws the data. Not called before there is any. */
  children: (data: TData) => ReactNode
}

/** One cached query on the page. Data that is there stays there: while it is read again, and when that fails. */
export function Panel<TData, TKey extends QueryKey>({ title, owner, query, aside, idle, children }: PanelProps<TData, TKey>) {
  const id = useId()
  // `isStale` is looked at so that the caption is drawn again when a query is only marked stale.
  const { data, error, isFetching, isStale, refetch } = useQuery<TData, Error>({
    ...(query as unknown as FreshQueryOptions<TData, QueryKey>),
    enabled: idle === undefined,
  })
  const level: Level = query.meta.freshet.level
  return (
    <section className="panel" aria-labelledby={id} aria-busy={isFetching} data-stale={isStale}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {idle !== undefined ? idle : data !== undefined ? <Boundary><Drawn data={data} draw={children} /></Boundary> : !error && <p className="empty">Reading…</p>}
      <Caption owner={owner} level={level} queryKey={query.queryKey} isFetching={isFetching} />
    </section>
  )
}

// A component of its own, so that what it throws is thrown below the boundary.
function Drawn<TData>({ data, draw }: { data: TData; draw: (data: TData) => ReactNode }) {
  return draw(data)
}
