"""The shapes of the catalogue's answers: frozen dataclasses, which the REST interface documents and writes as JSON.

Times are milliseconds since the epoch. What stays out: how shapes are filled.
"""

from __future__ import annotations

from lineal.catalogue.shapes.callers import CallerRights as CallerRights
from lineal.catalogue.shapes.facets import Column as Column
from lineal.catalogue.shapes.facets import Columns as Columns
from lineal.catalogue.shapes.facets import Count as Count
from lineal.catalogue.shapes.facets import Facet as Facet
from lineal.catalogue.shapes.facets import Facets as Facets
from lineal.catalogue.shapes.facets import FacetValue as FacetValue
from lineal.catalogue.shapes.facets import Growth as Growth
from lineal.catalogue.shapes.facets import MetricSeries as MetricSeries
from lineal.catalogue.shapes.facets import Point as Point
from lineal.catalogue.shapes.facets import Series as Series
from lineal.catalogue.shapes.facets import SeriesName as SeriesName
from lineal.catalogue.shapes.facets import Suggestion as Suggestion
from lineal.catalogue.shapes.facets import Suggestions as Suggestions
from lineal.catalogue.shapes.facets import TimeSpan as TimeSpan
from lineal.catalogue.shapes.facets import Totals as Totals
from lineal.catalogue.shapes.graphs import Cut as Cut
from lineal.catalogue.shapes.graphs import Edge as Edge
from lineal.catalogue.shapes.graphs import Lineage as Lineage
from lineal.catalogue.shapes.graphs import LineageNode as LineageNode
from lineal.catalogue.shapes.graphs import Neighbour as Neighbour
from lineal.catalogue.shapes.graphs import Neighbours as Neighbours
from lineal.catalogue.shapes.graphs import Paths as Paths
from lineal.catalogue.shapes.graphs import PathStep as PathStep
from lineal.catalogue.shapes.graphs import Relative as Relative
from lineal.catalogue.shapes.graphs import Relatives as Relatives
from lineal.catalogue.shapes.home import FailureCount as FailureCount
from lineal.catalogue.shapes.home import ProductionModels as ProductionModels
from lineal.catalogue.shapes.home import RecentExecution as RecentExecution
from lineal.catalogue.shapes.home import RecentExecutions as RecentExecutions
from lineal.catalogue.shapes.home import Workspace as Workspace
from lineal.catalogue.shapes.home import Workspaces as Workspaces
from lineal.catalogue.shapes.metrics import LatestMetrics as LatestMetrics
from lineal.catalogue.shapes.metrics import LoggedMetric as LoggedMetric
from lineal.catalogue.shapes.metrics import LoggedMetrics as LoggedMetrics
from lineal.catalogue.shapes.metrics import MetricHistory as MetricHistory
from lineal.catalogue.shapes.metrics import MetricPoint as MetricPoint
from lineal.catalogue.shapes.records import Card as Card
from lineal.catalogue.shapes.records import Evaluation as Evaluation
from lineal.catalogue.shapes.records import Evaluations as Evaluations
from lineal.catalogue.shapes.records import ExecutionTiming as ExecutionTiming
from lineal.catalogue.shapes.records import Failure as Failure
from lineal.catalogue.shapes.records import Found as Found
from lineal.catalogue.shapes.records import FoundName as FoundName
from lineal.catalogue.shapes.records import Holding as Holding
from lineal.catalogue.shapes.records import KindName as KindName
from lineal.catalogue.shapes.records import MetricValue as MetricValue
from lineal.catalogue.shapes.records import NewAlias as NewAlias
from lineal.catalogue.shapes.records import Node as Node
from lineal.catalogue.shapes.records import Nodes as Nodes
from lineal.catalogue.shapes.records import Page as Page
from lineal.catalogue.shapes.records import Reference as Reference
from lineal.catalogue.shapes.records import Row as Row
from lineal.catalogue.shapes.records import Run as Run
from lineal.catalogue.shapes.records import Running as Running
from lineal.catalogue.shapes.records import Runs as Runs
from lineal.catalogue.shapes.records import Times as Times
from lineal.catalogue.shapes.records import TypeCount as TypeCount
from lineal.catalogue.shapes.records import TypeInfo as TypeInfo
from lineal.catalogue.shapes.records import Types as Types
from lineal.json_shapes import AsText as AsText
from lineal.json_shapes import BoolValue as BoolValue
from lineal.json_shapes import Decimal as Decimal
from lineal.json_shapes import DoubleValue as DoubleValue
from lineal.json_shapes import IntValue as IntValue
from lineal.json_shapes import MayBeNan as MayBeNan
from lineal.json_shapes import ProtoValue as ProtoValue
from lineal.json_shapes import StringValue as StringValue
from lineal.json_shapes import StructValue as StructValue
from lineal.json_shapes import Value as Value
from lineal.json_shapes import Wide as Wide
