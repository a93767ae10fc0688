"""Argon2 with the least work: tests make many people, and prove nothing by waiting."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """The product's hasher, its costs turned down."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
