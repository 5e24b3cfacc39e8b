"""What Prometheus may ask for. Labels hold routes, statuses and names of our own, never a value of a person."""

from prometheus_client import Counter, Histogram

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

requests = Counter("patron_requests_total", "Answered requests", ["method", "route", "status"])
latency = Histogram("patron_request_seconds", "Time to answer", ["route"], buckets=_BUCKETS)
gateway_calls = Counter("patron_gateway_calls_total", "Calls of outside systems", ["gateway", "outcome"])
gateway_latency = Histogram("patron_gateway_seconds", "Time of outside calls", ["gateway"], buckets=_BUCKETS)
codes = Counter("patron_codes_total", "Verification codes by fate", ["purpose", "outcome"])
