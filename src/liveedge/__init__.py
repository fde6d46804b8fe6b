"""liveedge: IP cameras on a web page with the least delay that physics allows."""

__version__ = "0.1.0"
