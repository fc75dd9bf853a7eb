import { recommendations } from '../api/growth.ts'
import { Panel } from '../parts/Panel.tsx'

export function RecommendationsPanel({ accountId }: { accountId: string }) {
  return (
    <Panel title="Recommendations" owner="growth-team" query={recommendations(accountId)}>
      {(list) => list.length === 0 ? <p className="empty">Nothing to recommend.</p> : (
        <ul className="stack">
          {list.map(({ id, title, reason }) => (
            <li key={id}><strong>{title}</strong><span className="note">{reason}</span></li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
