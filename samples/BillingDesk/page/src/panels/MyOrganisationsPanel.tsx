import { myOrganisations } from '../api/workspace.ts'
import type { Member } from '../api/types.ts'
import { Panel } from '../parts/Panel.tsx'

export function MyOrganisationsPanel({ user }: { user: Pick<Member, 'userId' | 'name'> }) {
  return (
    <Panel title={`Organisations of ${user.name}`} owner="workspace-team" query={myOrganisations(user.userId)}>
      {(list) => list.length === 0 ? <p className="empty">Belongs to none.</p> : (
        <ul className="pairs">
          {list.map(({ orgId, name, role }) => <li key={orgId}><span>{name}</span><span className="note">{role}</span></li>)}
        </ul>
      )}
    </Panel>
  )
}
