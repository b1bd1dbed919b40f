"""Convolution forms of index expressions: recognised from affine subscripts, never by a layer's name."""

from derive.convolution.nodes import ConvolutionForm, SpaceNode
from derive.convolution.recognise import reads_windows, recognise_convolution

__all__ = ["ConvolutionForm", "SpaceNode", "reads_windows", "recognise_convolution"]
