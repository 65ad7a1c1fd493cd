"""Data on Viet Nam that two services need: areas, the indicator catalogue, text normal form."""
