"""Adapters: stepgym's environments and their credit in the form that other libraries expect.

Each is an optional extra of the package, such as ``pip install 'stepgym[gymnasium]'``.
"""
