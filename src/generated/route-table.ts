// Emitted by `aicc compile` from policies/*.yaml. Do not edit: change the policies and compile again.
import type { RouteTable } from '../table/route-table.ts'

export const routeTable: RouteTable = {
  "backends": {
    "demo": {
      "basePath": "",
      "key": null,
      "kind": "demo",
      "models": {
        "toy": {
          "context": null,
          "id": "toy"
        }
      },
      "origin": null,
      "tls": null
    }
  },
  "classify": {
    "complexity": {
      "classifier": null,
      "code": [],
      "mediumTokens": 1024,
      "reasoning": [],
      "simpleTokens": 256
    },
    "images": "label",
    "injection": null,
    "privacy": null,
    "scanBytes": 1048576
  },
  "clients": {
    "home": {
      "keys": [
        {
          "deprecatedAt": null,
          "env": "AICC_CLIENT_KEY",
          "expiresAt": null
        }
      ],
      "labels": [],
      "models": null,
      "tags": []
    }
  },
  "cors": {
    "maxAgeSeconds": 600,
    "origins": []
  },
  "digest": "8bfe08a5d94324124a283a360eeca2ce9893a786f9b845dde6a048ce515c4bf1",
  "labels": {},
  "limits": {
    "bodyBytes": 10485760,
    "bodyTimeoutMs": 30000,
    "failedKeys": {
      "count": 10,
      "windowMs": 60000
    },
    "headerBytes": 32768,
    "headerCount": 100
  },
  "listen": {
    "http": "127.0.0.1:4000",
    "https": "0.0.0.0:8443",
    "names": []
  },
  "models": {
    "demo": {
      "balance": "round-robin",
      "fallback": [],
      "keepAliveMs": 10000,
      "kind": "served",
      "pool": [
        {
          "target": "demo/toy",
          "weight": 1
        }
      ],
      "surfaces": null,
      "timeouts": {
        "connectMs": 3000,
        "firstTokenMs": 60000,
        "idleMs": 30000,
        "totalMs": 600000
      }
    }
  },
  "modes": {},
  "names": {
    "auto": "demo",
    "demo": "demo"
  },
  "needs": {
    "complexity": false,
    "headers": [],
    "text": false,
    "time": false
  },
  "rulesets": {},
  "surfaces": [
    "chat",
    "completions",
    "embeddings"
  ],
  "targets": {
    "demo/toy": {
      "backend": "demo",
      "context": null,
      "id": "toy",
      "mode": null,
      "model": "toy",
      "supports": null,
      "zone": 2
    }
  },
  "texts": [],
  "timeZone": "UTC",
  "version": 2,
  "wildcards": [],
  "zones": [
    "cloud",
    "lan",
    "local"
  ]
}
