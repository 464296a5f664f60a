import { openDatabase } from '../../../src/adapters/sqlite/open-database.ts'
import { createSqlLedger, LEDGER_TABLES } from '../../../src/state/sql-ledger.ts'
import { runLedgerSuite } from './ledger-suite.ts'

runLedgerSuite('SQLite', {
  create: () => {
    const database = openDatabase(':memory:', [LEDGER_TABLES])
    return { ledger: createSqlLedger(database), close: database.close }
  },
  runs: 200,
})
