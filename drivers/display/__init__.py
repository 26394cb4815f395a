"""The display port: OLEDs through luma.oled, and the model of their controllers."""
