"""Media without I/O: codec parameter sets, ISO-BMFF boxes, access units and chunks."""
