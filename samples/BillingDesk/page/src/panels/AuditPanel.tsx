import { auditTimeline } from '../api/workspace.ts'
import { moment } from '../parts/format.ts'
import { Panel } from '../parts/Panel.tsx'

export function AuditPanel({ accountId }: { accountId: string }) {
  return (
    <Panel title="Audit" owner="workspace-team" query={auditTimeline(accountId)}>
      {(entries) => entries.length === 0 ? <p className="empty">Nothing has happened yet.</p> : (
        <ol className="timeline scroll" tabIndex={0} aria-label="Audit entries, newest first">
          {entries.map(({ id, at, actor, action, subject }) => (
            <li key={id}>
              <time dateTime={at}>{moment(at)}</time>
              <span><strong>{action}</strong> {subject} <span className="note">by {actor}</span></span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}
