"""Reinforcement learning and distillation of organisms."""
