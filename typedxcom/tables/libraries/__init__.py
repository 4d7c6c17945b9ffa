"""pandas, polars and DuckDB to Arrow and back, by what a reader's annotation asks for."""
