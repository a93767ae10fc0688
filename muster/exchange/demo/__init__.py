"""The demonstration: a believable college, always the same, made by calling the rules."""

from muster.exchange.demo.build import DEMO_PASSWORD, FURTHER, DemoSignIn, build_demo, demo_sign_ins, fill_with_demo
