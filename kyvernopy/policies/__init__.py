"""Policies as frozen data: the model, decoding from documents, and the rules made for pod controllers."""
