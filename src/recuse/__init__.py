"""`recuse`: a signed directive about who may use a public body's data, made true inside the databases that hold it."""

__version__ = "0.1.0"
