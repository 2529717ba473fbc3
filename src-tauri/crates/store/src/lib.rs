//! All SQL of the product: migrations, rows, the one writer thread.
