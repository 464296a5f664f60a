/** @param nano nano-USD; shown in USD to a millionth, and never as nothing when it is something */
export function formatUsd(nano: number): string {
  const dollars = nano / 1e9
  return nano !== 0 && Math.abs(dollars) < 1e-6 ? '<0.000001' : dollars.toFixed(6)
}
