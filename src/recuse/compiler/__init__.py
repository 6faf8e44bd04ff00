"""The compiler: rules, a principal and circumstances in; the row condition that shows exactly what they allow out."""
