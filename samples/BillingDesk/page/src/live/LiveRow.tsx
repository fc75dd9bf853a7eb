import { clock } from '../parts/format.ts'
import { Followed } from './Followed.tsx'
import { Nodes } from './Nodes.tsx'
import type { LiveLine } from './state.ts'

/** One invalidation: what happened, what it invalidated, and which panels of this tab followed. */
export function LiveRow({ line: { record, report, applied }, readUpTo }: { line: LiveLine; readUpTo: number[] }) {
  const what = record?.event ?? record?.call ?? report?.events.map(({ type }) => type).join(', ')
  const kind = record?.kind ?? 'expire'
  return (
    <li className={`live-row ${report ? 'own' : 'foreign'}`}>
      <span className="position">{record?.position ?? report?.position ?? '·'}</span>
      <span className="when">{record ? <time dateTime={record.at}>{clock(record.at)}</time> : 'this tab'}</span>
      <span className="what"><strong>{what || causes[report?.cause ?? 'mutation']}</strong>{record && <span className="note"> {record.trigger}</span>}</span>
      <span className={`kind kind-${kind}`}>{kind}</span>
      <ul className="tags">{record?.tags.map((tag) => <li key={tag}><code>{tag}</code></li>)}</ul>
      {applied && <Nodes applied={applied} />}
      {report?.followed.length
        ? <ul className="follows">{report.followed.map((followed) => <Followed key={String(followed.queryKey)} followed={followed} />)}</ul>
        : <p className="follows note">{report ? 'no panel on this page carries these tags' : since(record?.position ?? 0, readUpTo)}</p>}
    </li>
  )
}

const causes = { mutation: 'mutation', uncertain: 'a mutation without an answer', reset: 'the server counts anew' }

// The record is of another tab or of the server itself. This tab is not told which of its panels it concerns, so all
// that can honestly be said is which panels have been read since.
function since(position: number, readUpTo: number[]): string {
  const read = readUpTo.filter((validAt) => validAt >= position).length
  if (read === 0) return 'from elsewhere: not followed in this tab yet'
  return read === readUpTo.length ? 'from elsewhere: every panel has been read since' : `from elsewhere: ${read} of ${readUpTo.length} panels read since`
}
