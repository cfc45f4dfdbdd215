"""The language: nouns, money, quantities, status rules, errors. Imports no other room."""
