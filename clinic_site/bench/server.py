"""Serve one application as production does: `python -m clinic_site.bench.server module:application 8001`."""

import sys

if __name__ == "__main__":
    from clinic_site.run import serve

    serve(int(sys.argv[2]), sys.argv[1])
