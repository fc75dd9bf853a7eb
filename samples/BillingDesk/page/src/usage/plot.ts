import type { UsageDay } from '../api/growthTypes.ts'

/** The whole drawing, and how much of it is left to words at the left and below. */
export interface PlotSize { width: number; height: number; left: number; bottom: number }

export interface Bar extends UsageDay { x: number; y: number; width: number; height: number }

export interface Plot {
  bars: Bar[]
  /** The lines across, from the lowest. */
  lines: { units: number; y: number }[]
  /** A day that uses an even share of the allowance. */
  share: { units: number; y: number }
}

/** Lays out a chart of bars: pure numbers, so that it can be tested without drawing. */
export function plotOf(days: readonly UsageDay[], includedUnits: number, { width, height, left, bottom }: PlotSize): Plot {
  const share = days.length === 0 ? 0 : includedUnits / days.length
  const most = Math.max(share, ...days.map(({ units }) => units), 1)
  const step = stepFor(most)
  const lines = Array.from({ length: Math.ceil(most / step) + 1 }, (_, count) => count * step)
  const top = lines.at(-1)!
  const inner = height - bottom
  const y = (units: number) => round(inner - (units / top) * inner)
  const slot = (width - left) / Math.max(days.length, 1)
  const bars = days.map((day, index) => ({
    ...day, x: round(left + index * slot + slot * 0.1), y: y(day.units), width: round(slot * 0.8), height: round(inner - y(day.units)),
  }))
  return { bars, lines: lines.map((units) => ({ units, y: y(units) })), share: { units: share, y: y(share) } }
}

/** A round step (1, 2 or 5 times a power of ten) of which at most three reach the most. */
function stepFor(most: number): number {
  const rough = most / 3
  const power = 10 ** Math.floor(Math.log10(rough))
  return Math.max(1, [1, 2, 5, 10].map((times) => times * power).find((step) => step >= rough)!)
}

const round = (number: number) => Math.round(number * 100) / 100
