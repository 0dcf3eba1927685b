"""Trains, evaluates and exports the models that ship with MedCloud."""
