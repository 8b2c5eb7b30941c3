// HavreCodec
