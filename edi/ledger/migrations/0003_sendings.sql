-- What a route sent to an endpoint is asked for by every run of a delta.

CREATE INDEX delivery_route ON delivery (route, endpoint);
