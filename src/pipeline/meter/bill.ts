/**
 * What one request is charged, from its first look at the limits to the one settlement at its end. Whatever ends it,
 * close() is called: leases and what was not used go back, and a record is made of it.
 */
import type { ErrorCode, GatewayError } from '../../errors.ts'
import type { ModelRequest } from '../../protocols/model-request.ts'
import type { Charge, Verdict } from '../../table/charges.ts'
import type { Verdict as ClassifyVerdict } from '../../table/verdict.ts'
import type { Decision, FallbackStep, RouteDecision } from '../../table/decision.ts'
import type { Facts } from '../../table/facts.ts'
import type { TokenUsage } from '../../table/request-record.ts'
import type { ServedModel, Target } from '../../table/route-table.ts'
import type { Booked } from '../../table/usage-book.ts'
import { SURFACE_TRAITS } from '../../table/surfaces.ts'
import { type Classified, isRemarkable } from '../classify/classify.ts'
import { toVerdict } from '../classify/verdict.ts'
import type { BodyChanges } from '../route/body-changes.ts'
import { newId } from '../new-id.ts'
import type { JoinedTrace } from '../trace/joined-trace.ts'
import { requestTrace, type RequestTrace } from '../trace/request-trace.ts'
import { recordWithText, type TracedText, tracedText } from '../trace/traced-text.ts'
import type { BillOptions } from './bill-options.ts'
import { budgetWarning } from './budget-warning.ts'
import { chargePlan, type ChargePlan, type ClientPlan, type Meters } from './charge-plan.ts'
import { chargesOf, firstCharges } from './charges-of.ts'
import { estimateAnswer } from './estimate-answer.ts'
import { estimateRequest, type TokenEstimate } from './estimate.ts'
import { includeUsage, refusesUsage, TELLS_ON_DEMAND } from './include-usage.ts'
import { mostCost } from './most-cost.ts'
import { overLimit } from './over-limit.ts'
import { firstBackend, Places } from './places.ts'
import { isPrivateId } from './private-id.ts'
import { tellRateLimits } from './rate-limit-headers.ts'
import { findFinish } from './find-finish.ts'
import { findUsage, type WireUsage } from './read-usage.ts'
import { NOTHING_SPENT, spend, type Spent, usedOf } from './settle.ts'
import { createStreamTap, type StreamTap } from './stream-tap.ts'
import { toRecord } from './to-record.ts'

/** A lease ends by itself so long after the request must have ended. */
const GRACE_MS = 60_000
/** Usage stands near the end of an answer; only where it does not is the rest looked at. */
const ANSWER_TAIL = 2048

/** Finds that a record lists; all are counted. */
const MOST_FINDS = 20

const decoder = new TextDecoder()

export interface OrderedRequest {
  decision: RouteDecision
  model: ServedModel
  /** In the order in which they are asked. */
  pool: readonly Target[]
  fallback: readonly FallbackStep[]
}

const NONE: ReadonlySet<string> = new Set()

export class Bill {
  readonly #options: BillOptions
  readonly #plan: ChargePlan
  readonly #client: ClientPlan | null
  readonly #address: Meters | null
  /** Null where no place has limits. */
  readonly #places: Places | null
  readonly #id: string
  readonly #startedAt: number
  #facts: Facts | null = null
  #said: ClassifyVerdict | null = null
  #isPrivateId = false
  #request: ModelRequest | null = null
  #decision: Decision | null = null
  #charges: readonly Charge[] = []
  /** What each of them came to; empty before the end. */
  #used: Booked = []
  #isReserved = false
  #hidesUsage = false
  /** Somewhere on its way nobody may be asked for usage. */
  #isUsageRefused = false
  #tap: StreamTap | null = null
  /** Null where there is no sink. */
  #trace: RequestTrace | null = null
  /** Null where no trace holds text. */
  #text: TracedText | null = null
  #relayed = 0
  #usage: TokenUsage | null = null
  /** Why a whole answer ended. */
  #finish: readonly string[] | null = null
  /** Of backends that broke off, and in the end of all. */
  #spent: Spent | null = null
  #status: number | null = null
  #error: string | null = null
  /** When the first event of a stream with content was there. */
  #firstAt: number | null = null
  #endedAt: number | null = null
  /** Enough is known of it. */
  #mayRecord = false
  #isRecorded = false

  /** @throws GatewayError rate_limit_exceeded, insufficient_quota (429) where there is no room even now */
  constructor(options: BillOptions) {
    const { table, client, correlationId, ownId, network, ports } = options
    this.#options = options
    this.#startedAt = Date.now()
    this.#id = ownId ? correlationId : newId()
    this.#plan = chargePlan(table)
    this.#places = this.#plan.limitsPlaces ? new Places(this.#plan, ports.ledger, this.#id) : null
    this.#client = this.#plan.client(client)
    this.#address = this.#client?.addresses === true ? this.#plan.address(network()) : null
    if (this.#client === null) return
    const charges = firstCharges(this.#client, this.#address, { table, now: this.#startedAt })
    const refusal = ports.ledger.look(charges, this.#startedAt)
    if (refusal !== null) throw this.#turnAway(overLimit(charges, refusal))
  }

  /** Over a limit before anything of it was read: whoever looks for throttled clients finds it among the records. */
  #turnAway(error: GatewayError): GatewayError {
    this.#mayRecord = this.#options.turnedAway(this.#startedAt)
    // No detector saw it.
    this.#isPrivateId = true
    this.answered(error.status, error.code)
    this.close()
    return error
  }

  /** From here on a record will be made of it. */
  see(request: ModelRequest, classified: Classified): void {
    this.#mayRecord = true
    this.#request = request
    this.#facts = classified.facts
    const { table, client, head } = this.#options
    if (table.trace !== undefined) {
      const { facts } = classified
      this.#trace = requestTrace({ table, client, head, facts, id: this.#id, body: request.body.value })
    }
    if (!isRemarkable(classified)) return
    this.#said = toVerdict(classified, table, MOST_FINDS)
    this.#isPrivateId = isPrivateId(classified, this.#options)
  }

  /** The client's correlation id, or where something private was found in it the record's own id. */
  shownId(): string {
    return this.#isPrivateId ? this.#id : this.#options.correlationId
  }

  decided(decision: Decision): void {
    this.#decision = decision
    if (this.#options.table.trace === undefined || this.#request === null || this.#facts === null) return
    this.#text = tracedText({ ...this.#options, facts: this.#facts, decision, request: this.#request })
  }

  /**
   * Takes all that the request may use, in one step.
   * @returns backends that must not be asked, being over limits of their own
   * @throws GatewayError rate_limit_exceeded, insufficient_quota (429); rejects with it where the ledger has to be asked
   */
  reserve(order: OrderedRequest): ReadonlySet<string> | Promise<ReadonlySet<string>> {
    this.#places?.begin(order, order.model.timeouts.totalMs + GRACE_MS)
    this.#isUsageRefused = this.#plan.mayRefuseUsage && refusesUsage(this.#options.table, order)
    return this.#reserve(order, NONE)
  }

  /**
   * A place is about to be asked: its limits are charged, unless they are already.
   * @returns why it must not be, its limits being used up; null = it may
   */
  enter(target: Target): GatewayError | null | Promise<GatewayError | null> {
    return this.#places === null ? null : this.#places.enter(target, this)
  }

  /**
   * What a backend that traces requests itself is told, so that its part stands in the same trace.
   * @param place of the attempt, from 1
   * @returns null = there is no trace
   */
  joining(place: number): JoinedTrace | null {
    return this.#trace?.joining(place, this.#decision) ?? null
  }

  #reserve(
    order: OrderedRequest,
    full: ReadonlySet<string>,
  ): ReadonlySet<string> | Promise<ReadonlySet<string>> {
    const { table, ports } = this.#options
    const backend = firstBackend(order, full) ?? ''
    const limits = {
      client: this.#client,
      address: this.#address,
      model: this.#plan.model(order.decision.model),
      backend: this.#plan.backend(backend),
    }
    if (limits.client === null && limits.model === null && limits.backend === null) return full
    const now = Date.now()
    const estimate = this.estimate()
    const charges = chargesOf(limits, { table, now, estimate, cost: mostCost(order, estimate) })
    if (charges.length === 0) return full
    const ttlMs = order.model.timeouts.totalMs + GRACE_MS
    const verdict = ports.ledger.reserve({ id: this.#id, now, charges, ttlMs })
    if (!(verdict instanceof Promise)) return this.#conclude(order, { charges, verdict, full, backend })
    return verdict.then((answer) => this.#conclude(order, { charges, verdict: answer, full, backend }))
  }

  #conclude(
    order: OrderedRequest,
    { charges, verdict, full, backend }: Concluded,
  ): ReadonlySet<string> | Promise<ReadonlySet<string>> {
    const { answerHeaders, ports, client } = this.#options
    if (!verdict.granted) {
      const others = new Set(full).add(backend)
      const isBackends = charges[verdict.refusedBy]?.key.startsWith('backend:') === true
      if (isBackends && firstBackend(order, others) !== null) return this.#reserve(order, others)
      throw overLimit(charges, verdict)
    }
    this.#charges = charges
    this.#isReserved = true
    this.#places?.letIn(backend)
    tellRateLimits(answerHeaders, charges, verdict.standings)
    const budgets = this.#client?.budgets ?? []
    if (budgets.length === 0) return full
    const warning = budgetWarning(budgets, charges, verdict.standings)
    if (warning === null) return full
    answerHeaders['x-aicc-budget-warning'] = warning.text
    if (warning.isNews) {
      ports.log({ event: 'budget-warning', correlationId: this.shownId(), client, cause: warning.text })
    }
    return full
  }

  /** The changes of the body, with a question for usage where the answer is needed and nobody else asks. */
  withUsage(changes: BodyChanges | null): BodyChanges | null {
    const request = this.#request
    if (request?.stream !== true || !TELLS_ON_DEMAND.has(this.#options.surface)) return changes
    const needed = this.#charges.some(
      ({ kind, key }) => kind === 'budget' || (kind === 'rate' && key.endsWith(':tokens')),
    )
    if (this.#isUsageRefused || (!needed && this.#places?.countsTokens() !== true)) return changes
    const asking = includeUsage(request, changes)
    this.#hidesUsage = asking !== null
    return asking ?? changes
  }

  /** A whole answer that was not streamed. */
  answer(body: Uint8Array): void {
    // Nothing was worked on.
    if (this.#options.surface === 'count-tokens') return
    this.#text?.answer.whole(body)
    const tail = decoder.decode(body.subarray(-ANSWER_TAIL))
    if (this.#trace !== null) this.#finish = findFinish(tail)
    const told = findUsage(tail) ?? (body.byteLength > ANSWER_TAIL ? findUsage(decoder.decode(body)) : null)
    this.#usage = told === null ? this.#estimated(estimateAnswer(body)) : wire(told)
  }

  /** A part of an answer too large to be looked at whole. */
  relay(chunk: Uint8Array): void {
    this.#text?.answer.part(chunk)
    // Of sound nobody knows what it used.
    if (SURFACE_TRAITS[this.#options.surface].answer === 'bytes') {
      this.#usage ??= this.#estimated(0)
      return
    }
    this.#tap ??= createStreamTap(false)
    this.#relayed += chunk.byteLength
    this.#tap.pass(chunk)
  }

  /**
   * Whole events of a stream.
   * @returns what the client is to see of them; null = nothing
   */
  pass(piece: Uint8Array): Uint8Array | null {
    this.#firstAt ??= Date.now()
    this.#text?.answer.piece(piece)
    this.#tap ??= createStreamTap(this.#hidesUsage)
    return this.#tap.pass(piece)
  }

  /** The backend broke off, and another one goes on where it was: what the first has done counts too. */
  goOn(): void {
    this.#spend(this.#usageSoFar())
    this.#tap = null
  }

  /** What went wrong after the answer had begun. */
  broke(code: ErrorCode): void {
    this.#error = code
  }

  /** The answer has begun, or there is only an error to tell. */
  answered(status: number, error: string | null): void {
    this.#status ??= status
    this.#error ??= error
    this.#record()
  }

  /** The answer has ended, however it did. */
  close(): void {
    if (this.#endedAt !== null) return
    this.#endedAt = Date.now()
    try {
      this.#spend(this.#usage ?? this.#usageSoFar())
    } finally {
      // Whatever goes wrong with the sum, what is held goes back.
      this.#used = usedOf(this.#charges, this.#spent ?? NOTHING_SPENT, this.#places)
      this.#record()
      if (this.#isReserved) this.#settle()
      this.#places?.settle(this.#endedAt)
    }
  }

  #spend(usage: TokenUsage): void {
    const { target, toldCost: told } = this.#options.journey
    this.#spent = spend(this.#spent, { usage, price: target?.price ?? null, told })
    if (target !== null) this.#places?.spent(target, usage.input + usage.output)
  }

  #settle(): void {
    const { ledger } = this.#options.ports
    const used: Record<string, number> = {}
    for (let i = 0; i < this.#used.length; i += 1) {
      const { charge, used: came } = this.#used[i]!
      // What came as it was reserved is left as it is.
      if (charge.kind === 'lease' || came !== charge.amount) used[charge.key] = came
    }
    const settling = ledger.settle({ id: this.#id, now: this.#endedAt ?? Date.now(), used })
    // A shared ledger answers for itself; its leases end by themselves at the latest.
    if (settling instanceof Promise) settling.catch(() => {})
  }

  #usageSoFar(): TokenUsage {
    if (this.#tap !== null) {
      const told = this.#tap.usage()
      if (told !== null) return wire(told)
      return this.#estimated(this.#relayed > 0 ? Math.ceil(this.#relayed / 4) : this.#tap.estimate())
    }
    const { journey, signal } = this.#options
    // Nobody waited for the answer, but a backend may have worked on it.
    return journey.attempts > 0 && signal.aborted ? this.#estimated(0) : NOTHING_SPENT.usage
  }

  #estimated(output: number): TokenUsage {
    const writes = SURFACE_TRAITS[this.#options.surface].outputLimit.length > 0
    return {
      input: this.estimate().input,
      cachedInput: 0,
      output: writes ? output : 0,
      source: 'estimate',
    }
  }

  /** What it may use, before anybody has counted. */
  estimate(): TokenEstimate {
    const { table } = this.#options
    if (this.#request === null || this.#facts === null || this.#decision === null) {
      throw new Error('what was not decided cannot be estimated')
    }
    return estimateRequest(this.#request.body, this.#facts, { edits: this.#decision.edits, table })
  }

  /** Once both are known: how it ended, and what was told. */
  #record(): void {
    if (this.#isRecorded || this.#endedAt === null || this.#status === null || !this.#mayRecord) return
    this.#isRecorded = true
    const { table, client, surface, journey, stopwatch } = this.#options
    const record = toRecord({
      table,
      client,
      surface,
      journey,
      stopwatch,
      id: this.#id,
      shownId: this.shownId(),
      startedAt: this.#startedAt,
      firstAt: this.#firstAt,
      endedAt: this.#endedAt,
      facts: this.#facts,
      decision: this.#decision,
      verdict: this.#said,
      status: this.#status,
      error: this.#error,
      spent: this.#spent ?? NOTHING_SPENT,
      finish: this.#trace === null ? null : (this.#finish ?? this.#tap?.finish() ?? null),
      trace: this.#trace,
      charges: this.#places === null ? this.#used : this.#used.concat(this.#places.used()),
    })
    if (this.#text === null) this.#options.ports.record(record)
    else this.#options.ports.defer(recordWithText(record, this.#text, this.#options.ports))
  }
}

interface Concluded {
  charges: readonly Charge[]
  verdict: Verdict
  full: ReadonlySet<string>
  backend: string
}

function wire(usage: WireUsage): TokenUsage {
  return { ...usage, source: 'wire' }
}
