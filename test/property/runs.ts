/**
 * How often a dear property is tried. The project `unit` tries a sample, so that it stays quick; the project `property`
 * tries all, as does a file that is run by itself there.
 */
export const isSample: boolean = process.env['AICC_SAMPLE'] === '1'

/** `full`, or in a sample a twentieth of it, and once at least. What needs many runs to hold asks `isSample` before. */
export function runs(full: number): number {
  return isSample ? Math.ceil(full / 20) : full
}
