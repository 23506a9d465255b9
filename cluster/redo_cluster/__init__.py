"""ReDO under PyTorch: trains what redo-viewer shows, on one device or on many machines."""
