import { clock } from '../parts/format.ts'
import { Followed } from './Followed.tsx'
import { Nodes } from './Nodes.tsx'
import type { LiveLine } from './state.ts'

/** One invalidation: what happened, what it invalidated, and which panels of this tab followed. */
export function LiveRow({ line: { record, report, applied } }: { line: LiveLine }) {
  const what = record?.event ?? record?.call ?? report?.events.map(({ type }) => type).join(', ')
  const kind = record?.kind ?? 'expire'
  return (
    <li className={`live-row ${report && report.cause !== 'stream' ? 'own' : 'foreign'}`}>
      <span className="position">{record?.position ?? report?.position ?? '·'}</span>
      <span className="when">{record ? <time dateTime={record.at}>{clock(record.at)}</time> : 'this tab'}</span>
      <span className="what"><strong>{what || causes[report?.cause ?? 'mutation']}</strong>{record && <span className="note"> {record.trigger}</span>}{report?.cause === 'stream' && <span className="note"> heard</span>}</span>
      <span className={`kind kind-${kind}`}>{kind}</span>
      <ul className="tags">{record?.tags.map((tag) => <li key={tag}><code>{tag}</code></li>)}</ul>
      {applied && <Nodes applied={applied} />}
      {report?.followed.length
        ? <ul className="follows">{report.followed.map((followed) => <Followed key={String(followed.queryKey)} followed={followed} />)}</ul>
        : <p className="follows note">no panel on this page carries these tags</p>}
    </li>
  )
}

const causes = { mutation: 'mutation', uncertain: 'a mutation without an answer', stream: 'an invalidation', reset: 'everything is read again' }
