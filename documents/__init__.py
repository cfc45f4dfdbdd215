"""The papers people print: pick list, packing slip, invoice and address label, from plain values to bytes."""
