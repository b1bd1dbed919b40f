"""Values of what ``derive`` finds, at arrays that are given: results, forms, graphs, formulas of a homework."""
