import type { Applied } from './state.ts'

/** The web nodes that have applied a record, in the order this tab heard of it, each with how long after the first. */
export function Nodes({ applied }: { applied: readonly Applied[] }) {
  const first = Math.min(...applied.map(({ at }) => at))
  return (
    <ul className="nodes" aria-label="Nodes that have applied it">
      {applied.map(({ node, at }) => <li key={node}>{node} <span>{at === first ? 'first' : `+${Math.round(at - first)} ms`}</span></li>)}
    </ul>
  )
}
