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
  "clients": {
    "home": {
      "keys": [
        {
          "deprecatedAt": null,
          "env": "AICC_CLIENT_KEY",
          "expiresAt": null
        }
      ],
      "models": null
    }
  },
  "cors": {
    "maxAgeSeconds": 600,
    "origins": []
  },
  "digest": "e47d656016ee5876e0cf83dc09f966c862f04047c400af7bc9f365219ba329e5",
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
      "keepAliveMs": 10000,
      "targets": [
        {
          "backend": "demo",
          "id": "toy",
          "model": "toy"
        }
      ],
      "timeouts": {
        "connectMs": 3000,
        "firstTokenMs": 60000,
        "idleMs": 30000,
        "totalMs": 600000
      }
    }
  },
  "names": {
    "auto": "demo",
    "demo": "demo"
  },
  "version": 1
}
