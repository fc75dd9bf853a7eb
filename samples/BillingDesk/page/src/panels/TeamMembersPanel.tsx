import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Member, Role } from '../api/types.ts'
import { changeRole, removeMember, teamMembers } from '../api/workspace.ts'
import { Panel } from '../parts/Panel.tsx'
import { Problem } from '../parts/Problem.tsx'

const roles: Role[] = ['owner', 'admin', 'member', 'viewer']

interface Props { orgId: string; pickedUser: string | undefined; onPickUser: (member: Member) => void }

/** Who belongs to the account's organisation. Picking a name shows that person's organisations. */
export function TeamMembersPanel({ orgId, pickedUser, onPickUser }: Props) {
  const change = useMutation(changeRole(orgId))
  const remove = useMutation(removeMember(orgId))
  const [leaving, setLeaving] = useState<string>()
  const busy = change.isPending || remove.isPending
  const error = change.error ?? remove.error
  return (
    <Panel title="Team" owner="workspace-team" query={teamMembers(orgId)}>
      {(members) => (
        <>
          <ul className="people">
            {members.map((member) => (
              <li key={member.userId} className={member.userId === pickedUser ? 'picked' : undefined}>
                <button type="button" className="link" aria-pressed={member.userId === pickedUser} onClick={() => onPickUser(member)}>{member.name}</button>
                {leaving === member.userId ? (
                  <span className="confirm">
                    <button type="button" className="danger" autoFocus disabled={busy}
                      onClick={() => { remove.mutate(member.userId); setLeaving(undefined) }}>Remove</button>
                    <button type="button" className="quiet" onClick={() => setLeaving(undefined)}>Keep</button>
                  </span>
                ) : (
                  <>
                    <select aria-label={`Role of ${member.name}`} value={member.role} disabled={busy}
                      onChange={(event) => change.mutate({ userId: member.userId, role: event.target.value as Role })}>
                      {roles.map((role) => <option key={role}>{role}</option>)}
                    </select>
                    <button type="button" className="quiet" aria-label={`Remove ${member.name}`} disabled={busy}
                      onClick={() => setLeaving(member.userId)}>×</button>
                  </>
                )}
              </li>
            ))}
          </ul>
          {error && <Problem error={error} />}
        </>
      )}
    </Panel>
  )
}
