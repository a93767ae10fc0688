"""Data sets for measurements: whole institutions with years of registers, written set by set as the tables' owner."""

from muster.exchange.generate.build import GENERATED_PASSWORD, generate
from muster.exchange.generate.scales import SCALES, DataScale
