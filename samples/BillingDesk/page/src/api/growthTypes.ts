/** How far behind a page is that a pipeline feeds, at the moment the server answered. */
export interface PipelineLag { asOf: string; lagSeconds: number; boundSeconds: number; late: boolean }

export interface UsageDay { day: string; units: number }

export interface UsageChart { accountId: string; includedUnits: number; usedUnits: number; pipeline: PipelineLag; days: UsageDay[] }

export interface Dashboard {
  accountId: string
  name: string
  status: 'current' | 'past_due'
  balanceCents: number
  currency: string
  planName: string
  members: number
  usedUnits: number
  includedUnits: number
  usageAsOf: string
  nextStep: string | null
}

export interface FoundInvoice {
  id: string
  number: string
  accountId: string
  accountName: string
  status: 'open' | 'past_due' | 'paid'
  amountCents: number
  currency: string
}

export interface FoundPerson { userId: string; name: string; email: string; organisations: { orgId: string; name: string; role: string }[] }

export interface Findings { invoices: FoundInvoice[]; people: FoundPerson[] }

export interface PlanShare { planId: string; name: string; accounts: number; monthlyCents: number; currency: string }
