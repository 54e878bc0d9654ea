import type { AnnotationQuery, Dashboard, VariableModel } from '@grafana/schema';

/** A type as JSON writes it: an enum is one of its strings. */
type Json<T> = T extends string
  ? `${T}`
  : T extends (infer E)[]
    ? Json<E>[]
    : T extends object
      ? { [K in keyof T]: Json<T[K]> }
      : T;

/** Exclusion: what an annotation asks its data source stands beside the common fields, and the types know only these. */
type PrometheusAnnotation = Json<AnnotationQuery> & {
  expr?: string;
  titleFormat?: string;
  textFormat?: string;
  tagKeys?: string;
  step?: string;
  useValueForTime?: string | boolean;
};
/** Exclusion: Grafana writes a query variable's text under definition as well, and the types lack it. */
type QueryVariable = Json<VariableModel> & { definition?: string };

export type DashboardJson = Omit<Json<Dashboard>, 'annotations' | 'templating'> & {
  annotations?: { list?: PrometheusAnnotation[] };
  templating?: { list?: QueryVariable[] };
};
