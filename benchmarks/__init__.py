"""How fast Muster is, as ratios against PostgreSQL alone. docs/performance.md says how to read them."""
