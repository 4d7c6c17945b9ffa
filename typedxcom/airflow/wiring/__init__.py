"""Which output flows into which parameter, and whether its type fits: checked at DAG parse."""
